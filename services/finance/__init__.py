"""Finance: what care costs, who pays for it, and the days of reablement that nobody is charged for."""
