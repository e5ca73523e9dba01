// Declares that functions of this package may have their bodies elsewhere.
