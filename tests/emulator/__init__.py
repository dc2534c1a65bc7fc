"""The emulator, against the official clients where a client can speak to the part."""
