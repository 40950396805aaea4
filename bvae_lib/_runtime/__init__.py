"""What the library needs of the machine: files that are whole or absent, a device, threads, CPU settings, pixels."""
