package io.liveline.services.architecture.planted.bus.redis;

import io.liveline.services.architecture.planted.bus.Api;

/** Planted fault: half of a circle. */
public class Implementation {
    public Api api;
}
