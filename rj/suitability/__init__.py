"""Whether restorative justice suits a case: the report writer's check, from incomplete facts."""
