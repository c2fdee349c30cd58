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
import io.liveline.edge.connection.VertxInternals;
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
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * WebSocket endpoint {@code GET /chat}. It uses Vert.x' own WebSocket rather than WebSockets Next, for two reasons:
 * reading from a client can be paused, which bounds what it sends; and one encoded frame can be written to the channels
 * of all members.
 */
@Singleton
final class ChatEndpoint {

    private static final String VERSION = "13";
    private static final String WEBSOCKET = "websocket";

    private final Authenticator authenticator;
    private final RateLimiter limits;
    private final AllowedOrigins origins;
    private final ChatContext replica;
    private final WriteBufferWaterMark waterMark;

    ChatEndpoint(Authenticator authenticator, RateLimiter limits, AllowedOrigins origins, ChatContext replica) {
        this.authenticator = authenticator;
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
            checkAccess(request);
            Caller caller = Caller.of(context);
            caller.requirePerson();
            joinLines(request.headers());
            HttpConnection connection = request.connection();
            request.toWebSocket()
                    .onSuccess(socket -> open(caller, socket, connection))
                    .onFailure(failure -> ProblemResponses.answer(request, noHandshake()));
        } catch (ProblemException rejection) {
            replica.meters().refused();
            ProblemResponses.answer(request, rejection);
        }
    }

    /**
     * Checks the handshake before Vert.x does: Vert.x rejects it with a response of its own, and cannot reject a
     * request body, which has been read before.
     */
    private static void checkHandshake(HttpServerRequest request) {
        MultiMap headers = request.headers();
        if (!HeaderList.contains(headers, HttpHeaders.UPGRADE, WEBSOCKET)) {
            throw upgradeRequired(
                    request, "This endpoint requires WebSocket, subprotocol " + WebSocketServerOptions.SUBPROTOCOL);
        }
        if (!VERSION.equals(request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            request.response().putHeader(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION);
            throw upgradeRequired(request, "This endpoint requires WebSocket version " + VERSION);
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_KEY) == null
                || !HeaderList.contains(headers, HttpHeaders.CONNECTION, "upgrade")
                || headers.contains(HttpHeaders.TRANSFER_ENCODING)
                || (length != null && !length.equals("0"))) {
            throw noHandshake();
        }
    }

    /** A client that offers only unknown subprotocols would not understand the frames. */
    private static void checkSubprotocol(HttpServerRequest request) {
        List<String> offered = WebSocketSubprotocols.offered(request);
        if (!offered.isEmpty() && !offered.contains(WebSocketServerOptions.SUBPROTOCOL)) {
            throw ProblemException.bad(
                    "unknown_subprotocol",
                    "This endpoint supports the subprotocol " + WebSocketServerOptions.SUBPROTOCOL
                            + "; offer it or none");
        }
    }

    /** Joins repeated headers, because Vert.x and Netty read only the first line of a list. */
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

    private void checkAccess(HttpServerRequest request) {
        if (!origins.allow(request.getHeader(HttpHeaders.ORIGIN))) {
            throw new ProblemException(403, "forbidden_origin", "Pages of this origin may not connect here");
        }
        ChatConfig config = replica.config();
        if (replica.activity().connections(Transport.WEBSOCKET) >= config.connections()) {
            throw new ProblemException(
                    503, "full", "This replica has reached its maximum number of connections", config.heartbeat());
        }
    }

    private void open(Caller caller, ServerWebSocket socket, HttpConnection connection) {
        // The client closed the connection together with the handshake: the socket accepts no handlers, and would be
        // counted forever.
        if (socket.isClosed()) {
            return;
        }
        Channel channel = VertxInternals.channel(connection);
        channel.config().setWriteBufferWaterMark(waterMark);
        // Only the handshake needed the headers; they would be kept as long as the connection.
        socket.headers().clear();
        LongLivedResponse.upgraded(connection);
        WebSocketSession session = new WebSocketSession(caller, authenticator, limits, socket, channel, replica);
        ProtocolErrorHandler.watch(channel.pipeline(), session, replica.config().frameBytes());
        Heartbeats beats = replica.loops().of(channel.eventLoop()).heartbeats();
        replica.activity().connection(Transport.WEBSOCKET, +1);
        socket.textMessageHandler(session::text);
        socket.binaryMessageHandler(binary -> session.binary());
        socket.pongHandler(pong -> session.touch());
        socket.closeHandler(closed -> {
            replica.activity().connection(Transport.WEBSOCKET, -1);
            beats.remove(session);
            session.closed();
        });
        session.send(ServerFrames.welcome(UUID.randomUUID().toString(), caller.person(), replica.config()));
        // Last, because a draining replica sends a reconnect frame at once.
        beats.add(session);
    }
}
