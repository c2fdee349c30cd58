package io.liveline.chat.websocket;

import java.util.List;
import java.util.Set;
import java.util.UUID;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.chat.ChatConfig;
import io.liveline.chat.Transport;
import io.liveline.chat.protocol.ServerFrames;
import io.liveline.chat.replica.ChatContext;
import io.liveline.chat.replica.Heartbeats;
import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.auth.AllowedOrigins;
import io.liveline.edge.auth.Authenticator;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.gate.AllowedMethods;
import io.liveline.edge.http.HeaderList;
import io.liveline.edge.http.QueryParameters;
import io.liveline.edge.http.WebSocketSubprotocols;
import io.liveline.edge.limit.RateLimiter;
import io.liveline.edge.longlived.LongLivedResponse;
import io.netty.channel.Channel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * The door for WebSockets: {@code GET /chat}. It uses Vert.x' own WebSocket rather than WebSockets Next, for two
 * reasons: reading from a client can be paused, so that what it sends is bounded; and one encoded frame can be written
 * to the channels of all members.
 */
@Singleton
final class ChatEndpoint {

    private static final String VERSION = "13";
    private static final String WEBSOCKET = "websocket";

    private final Authenticator identity;
    private final RateLimiter limits;
    private final AllowedOrigins origins;
    private final ChatContext replica;
    private final WriteBufferWaterMark waterMark;

    ChatEndpoint(Authenticator identity, RateLimiter limits, AllowedOrigins origins, ChatContext replica) {
        this.identity = identity;
        this.limits = limits;
        this.origins = origins;
        this.replica = replica;
        int outbox = replica.config().outboxBytes();
        this.waterMark = new WriteBufferWaterMark(outbox, 2 * outbox);
    }

    void route(@Observes Router router) {
        router.route("/chat").method(HttpMethod.GET).method(HttpMethod.HEAD).handler(this::upgrade);
        AllowedMethods.of(router, "/chat", HttpMethod.GET);
    }

    private void upgrade(RoutingContext context) {
        HttpServerRequest request = context.request();
        try {
            QueryParameters.requireKnown(request, Set.of());
            checkHandshake(request);
            checkSubprotocol(request);
            checkRoom(request);
            Caller caller = Caller.of(context);
            caller.acting();
            joinLines(request.headers());
            HttpConnection connection = request.connection();
            request.toWebSocket()
                    .onSuccess(socket -> open(caller, socket, connection))
                    .onFailure(failure -> ProblemResponses.answer(request, noHandshake()));
        } catch (ProblemException refused) {
            replica.meters().refused();
            ProblemResponses.answer(request, refused);
        }
    }

    /**
     * What Vert.x would refuse in words of its own, or could not refuse any more: a body, which was read before this.
     */
    private static void checkHandshake(HttpServerRequest request) {
        MultiMap headers = request.headers();
        if (!HeaderList.contains(headers, HttpHeaders.UPGRADE, WEBSOCKET)) {
            throw upgradeRequired(
                    request, "This address speaks WebSocket, subprotocol " + WebSocketServerOptions.SUBPROTOCOL);
        }
        if (!VERSION.equals(request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            request.response().putHeader(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION);
            throw upgradeRequired(request, "This address speaks WebSocket in version " + VERSION);
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_KEY) == null
                || !HeaderList.contains(headers, HttpHeaders.CONNECTION, "upgrade")
                || headers.contains(HttpHeaders.TRANSFER_ENCODING)
                || (length != null && !length.equals("0"))) {
            throw noHandshake();
        }
    }

    /** Whoever offers only protocols that are not known here would not understand what it gets. */
    private static void checkSubprotocol(HttpServerRequest request) {
        List<String> offered = WebSocketSubprotocols.offered(request);
        if (!offered.isEmpty() && !offered.contains(WebSocketServerOptions.SUBPROTOCOL)) {
            throw ProblemException.bad(
                    "unknown_subprotocol",
                    "This address speaks the subprotocol " + WebSocketServerOptions.SUBPROTOCOL
                            + "; offer it, or none");
        }
    }

    /** Vert.x and Netty look at the first line of a list only. */
    private static void joinLines(MultiMap headers) {
        headers.set(HttpHeaders.UPGRADE, WEBSOCKET).set(HttpHeaders.CONNECTION, HttpHeaders.UPGRADE);
        String protocols = HeaderList.line(headers, HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        if (protocols != null) {
            headers.set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, protocols);
        }
    }

    private static ProblemException upgradeRequired(HttpServerRequest request, String detail) {
        if (request.version() == HttpVersion.HTTP_1_1) {
            request.response()
                    .putHeader(HttpHeaders.UPGRADE, WEBSOCKET)
                    .putHeader(HttpHeaders.CONNECTION, HttpHeaders.UPGRADE);
        }
        return new ProblemException(426, "upgrade_required", detail);
    }

    private static ProblemException noHandshake() {
        return ProblemException.bad("bad_upgrade", "Not a WebSocket handshake (RFC 6455)");
    }

    private void checkRoom(HttpServerRequest request) {
        if (!origins.allow(request.getHeader(HttpHeaders.ORIGIN))) {
            throw new ProblemException(403, "forbidden_origin", "Pages of this origin may not connect here");
        }
        ChatConfig config = replica.config();
        if (replica.activity().connections(Transport.WEBSOCKET) >= config.connections()) {
            throw new ProblemException(
                    503, "full", "This replica has all the connections it takes", config.heartbeat());
        }
    }

    private void open(Caller caller, ServerWebSocket socket, HttpConnection connection) {
        // Its client closed it in one breath with the handshake: it takes no handlers, and would be counted for ever.
        if (socket.isClosed()) {
            return;
        }
        Channel channel = ((ConnectionBase) connection).channel();
        channel.config().setWriteBufferWaterMark(waterMark);
        // What only the handshake needed would be kept for as long as its connection lasts.
        socket.headers().clear();
        LongLivedResponse.upgraded(connection);
        WebSocketSession session = new WebSocketSession(caller, identity, limits, socket, channel, replica);
        ProtocolErrorHandler.watch(channel.pipeline(), session, replica.config().frameBytes());
        Heartbeats beats = replica.loops().of(channel.eventLoop()).heartbeats();
        replica.activity().connection(Transport.WEBSOCKET, +1);
        socket.textMessageHandler(session::text);
        socket.binaryMessageHandler(binary -> session.binary());
        socket.pongHandler(pong -> session.seen());
        socket.closeHandler(closed -> {
            replica.activity().connection(Transport.WEBSOCKET, -1);
            beats.remove(session);
            session.closed();
        });
        session.say(ServerFrames.welcome(UUID.randomUUID().toString(), caller.person(), replica.config()));
        // Last: while this replica ends, the client is told so at once.
        beats.add(session);
    }
}
