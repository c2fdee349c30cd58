package io.liveline.services.architecture.planted.crowded;

/** Planted fault: the first of sixteen types in a package. */
class Crowded {}

class Crowded2 {}

class Crowded3 {}

class Crowded4 {}

class Crowded5 {}

class Crowded6 {}

class Crowded7 {}

class Crowded8 {}

class Crowded9 {}

class Crowded10 {}

class Crowded11 {}

class Crowded12 {}

class Crowded13 {}

class Crowded14 {}

class Crowded15 {}

class Crowded16 {}
