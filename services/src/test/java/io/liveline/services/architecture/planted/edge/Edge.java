package io.liveline.services.architecture.planted.edge;

import io.liveline.services.architecture.planted.chat.Chat;

/** Planted fault: what all services stand on imports one of them. */
public class Edge {
    public Chat chat;
}
