"""What later runs read of the champion."""
