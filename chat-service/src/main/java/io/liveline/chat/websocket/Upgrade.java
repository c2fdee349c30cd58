package io.liveline.chat.websocket;

import io.liveline.edge.auth.Caller;
import io.quarkus.websockets.next.UserData;
import io.vertx.core.Context;

/**
 * Permitted upgrade of a request, handed on by {@link HandshakeCheck} to {@link ChatEndpoint}.
 *
 * @param caller client, who is a person
 * @param frames frames of the client, held until the session is open
 * @param context context of the request
 */
record Upgrade(Caller caller, InboundFrames frames, Context context) {

    static final UserData.TypedKey<Upgrade> KEY = new UserData.TypedKey<>("liveline.upgrade");
}
