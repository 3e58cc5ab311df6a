"""Whether tables keep their rules, and are like those of the champion."""
