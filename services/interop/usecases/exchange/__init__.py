"""The exchange with whoever refers by BaRS: what they ask, change and take back, and what they hear."""
