"""Court orders: requirement, plan with its steps and clocks, courts, offences, officers."""
