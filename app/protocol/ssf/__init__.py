"""The Shared Signals transmitter on the wire (Shared Signals Framework 1.0): streams, and events by push and poll."""
