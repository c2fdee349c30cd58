package io.liveline.services.architecture.planted.edge;

import io.liveline.services.architecture.planted.chat.Chat;
import io.vertx.core.net.impl.ConnectionBase;

/** Planted faults: what all services stand on imports one of them, and a type of Vert.x that is not part of its API. */
public class Edge {
    public Chat chat;
    public ConnectionBase connection;
}
