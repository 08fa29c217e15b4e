"""What happens without anybody asking: functions ``run(services, now) -> Report`` and the loop that calls them."""
