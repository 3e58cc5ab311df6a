"""The registry: a released model goes in, is tried as it will be used, and only then becomes champion."""
