"""The checks of the strict emulator, a file per area of its rules."""
