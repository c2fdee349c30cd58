package io.liveline.chat.websocket;

import java.io.IOException;

import jakarta.inject.Singleton;

import io.liveline.chat.Transport;
import io.liveline.chat.protocol.ServerFrames;
import io.liveline.chat.replica.ChatContext;
import io.liveline.chat.replica.Heartbeats;
import io.liveline.edge.auth.Authenticator;
import io.liveline.edge.connection.VertxInternals;
import io.liveline.edge.limit.RateLimiter;
import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.quarkus.websockets.next.InboundProcessingMode;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnError;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnPongMessage;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.UserData;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.NonBlocking;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import org.jboss.logging.Logger;

/**
 * WebSocket endpoint {@code GET /chat}. Its callbacks run on the connection's event loop, in order, because none of
 * them blocks or returns something pending. {@link HandshakeCheck} decides who is connected, and {@link InboundFrames}
 * how fast frames arrive.
 */
@WebSocket(
        path = ChatEndpoint.PATH,
        endpointId = ChatEndpoint.ID,
        inboundProcessingMode = InboundProcessingMode.CONCURRENT)
@Singleton
class ChatEndpoint {

    static final String PATH = "/chat";
    static final String ID = "chat";

    /** Subprotocol of chat. Clients that offer none are served as well. */
    static final String SUBPROTOCOL = "liveline.v1";

    private static final UserData.TypedKey<WebSocketSession> SESSION = new UserData.TypedKey<>("liveline.session");
    private static final Logger LOG = Logger.getLogger(ChatEndpoint.class);

    private final Authenticator authenticator;
    private final RateLimiter limits;
    private final ChatContext replica;
    private final WriteBufferWaterMark waterMark;

    ChatEndpoint(Authenticator authenticator, RateLimiter limits, ChatContext replica) {
        this.authenticator = authenticator;
        this.limits = limits;
        this.replica = replica;
        int outbox = replica.config().outboxBytes();
        this.waterMark = new WriteBufferWaterMark(outbox, 2 * outbox);
    }

    @OnOpen
    @NonBlocking
    void open(WebSocketConnection connection) {
        Upgrade upgrade = connection.userData().remove(Upgrade.KEY);
        InboundFrames frames = upgrade.frames();
        // A client that is gone already would be counted forever.
        if (connection.isClosed() || frames.isBroken()) {
            return;
        }
        Channel channel = frames.channel();
        channel.config().setWriteBufferWaterMark(waterMark);
        WebSocketSession session =
                new WebSocketSession(upgrade.caller(), authenticator, limits, connection, frames, replica);
        connection.userData().put(SESSION, session);
        replica.activity().connection(Transport.WEBSOCKET, +1);
        session.send(ServerFrames.welcome(connection.id(), upgrade.caller().person(), replica.config()));
        // After the welcome, because a draining replica sends a reconnect frame at once.
        heartbeats(session).add(session);
        frames.open(session);
        // WebSockets Next keeps both contexts as long as the connection. Later, because this callback still uses them.
        Context context = Vertx.currentContext();
        channel.eventLoop().execute(() -> {
            VertxInternals.clearLocals(upgrade.context());
            VertxInternals.clearLocals(context);
        });
    }

    @OnTextMessage
    @NonBlocking
    void text(WebSocketConnection connection, String text) {
        connection.userData().get(SESSION).text(text);
    }

    @OnBinaryMessage
    @NonBlocking
    void binary(WebSocketConnection connection, Buffer bytes) {
        connection.userData().get(SESSION).binary();
    }

    @OnPongMessage
    @NonBlocking
    void pong(WebSocketConnection connection, Buffer bytes) {
        connection.userData().get(SESSION).touch();
    }

    @OnClose
    @NonBlocking
    void close(WebSocketConnection connection) {
        WebSocketSession session = connection.userData().remove(SESSION);
        if (session != null) {
            replica.activity().connection(Transport.WEBSOCKET, -1);
            heartbeats(session).remove(session);
            session.closed();
        }
    }

    /** Handles a connection that broke. {@link #close} follows. */
    @OnError
    @NonBlocking
    void lost(WebSocketConnection connection, IOException failure) {
        LOG.debugf(failure, "WebSocket %s was lost", connection.id());
    }

    /** Handles a connection that ended between the fragments of a message. {@link #close} follows. */
    @OnError
    @NonBlocking
    void lost(WebSocketConnection connection, PrematureChannelClosureException failure) {
        LOG.debugf(failure, "WebSocket %s was lost", connection.id());
    }

    private Heartbeats heartbeats(WebSocketSession session) {
        return replica.loops().of(session.loop()).heartbeats();
    }
}
