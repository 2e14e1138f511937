"""What an area has set for itself from a day on: law, eligibility, periods and plan templates."""
