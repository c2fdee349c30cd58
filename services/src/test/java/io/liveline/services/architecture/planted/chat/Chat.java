package io.liveline.services.architecture.planted.chat;

import io.liveline.services.architecture.planted.dashboard.Dashboard;

/** Planted fault: a service that imports another. */
public class Chat {
    public Dashboard dashboard;
}
