package io.liveline.services.architecture.planted.bus;

import io.liveline.services.architecture.planted.bus.redis.Implementation;

/** Planted fault: an API that imports its implementation. */
public class Api {
    public Implementation implementation;
}
