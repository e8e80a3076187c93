"""The runtime's gdb extension; runnel.py beside this folder says what it offers."""
