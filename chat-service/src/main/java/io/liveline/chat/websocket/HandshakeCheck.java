package io.liveline.chat.websocket;

import java.util.List;
import java.util.Set;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.liveline.chat.ChatConfig;
import io.liveline.chat.Transport;
import io.liveline.chat.replica.ChatContext;
import io.liveline.edge.ProblemException;
import io.liveline.edge.ProblemResponses;
import io.liveline.edge.auth.AllowedOrigins;
import io.liveline.edge.auth.Caller;
import io.liveline.edge.gate.AllowedMethods;
import io.liveline.edge.http.HeaderList;
import io.liveline.edge.http.QueryParameters;
import io.liveline.edge.http.WebSocketSubprotocols;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.quarkus.websockets.next.HttpUpgradeCheck;
import io.smallrye.common.vertx.ContextLocals;
import io.smallrye.mutiny.Uni;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Checks of a WebSocket handshake. A handshake that is refused gets a problem document.
 *
 * <p>A route checks the form, because WebSockets Next passes on what it does not recognize as a handshake, and Vert.x
 * would refuse the rest in its own words. The upgrade check decides about access.
 */
@Singleton
final class HandshakeCheck implements HttpUpgradeCheck {

    private static final String SUBPROTOCOL = ChatEndpoint.SUBPROTOCOL;
    private static final String VERSION = "13";
    private static final String WEBSOCKET = "websocket";
    /** After all filters of requests, and before the routes of Quarkus' extensions. */
    private static final int BEFORE_WEBSOCKETS_NEXT = -1;

    private static final String CALLER = "liveline.chat.caller";

    private final AllowedOrigins origins;
    // Set by route(), because WebSockets Next creates its checks before the filters of meters are in place.
    private ChatContext replica;

    HandshakeCheck(AllowedOrigins origins) {
        this.origins = origins;
    }

    void route(@Observes Router router, ChatContext context) {
        replica = context;
        router.route(ChatEndpoint.PATH)
                .order(BEFORE_WEBSOCKETS_NEXT)
                .handler(AllowedMethods.check(HttpMethod.GET))
                .handler(this::checkForm)
                .failureHandler(this::refuse);
    }

    private void checkForm(RoutingContext context) {
        HttpServerRequest request = context.request();
        QueryParameters.requireKnown(request, Set.of());
        requireHandshake(request);
        requireSubprotocol(request);
        joinLines(request.headers());
        ContextLocals.put(CALLER, Caller.of(context));
        // With an identity of Quarkus, which nothing here uses, WebSockets Next would keep the whole request.
        context.remove(QuarkusHttpUser.DEFERRED_IDENTITY_KEY);
        context.next();
    }

    private void refuse(RoutingContext context) {
        replica.meters().refused.increment();
        ProblemResponses.answer(context.request(), context.failure());
    }

    private static void requireHandshake(HttpServerRequest request) {
        MultiMap headers = request.headers();
        if (!HeaderList.contains(headers, HttpHeaders.UPGRADE, WEBSOCKET)) {
            throw upgradeRequired(request, "This endpoint requires WebSocket, subprotocol " + SUBPROTOCOL);
        }
        if (!VERSION.equals(request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            request.response().putHeader(HttpHeaderNames.SEC_WEBSOCKET_VERSION, VERSION);
            throw upgradeRequired(request, "This endpoint requires WebSocket version " + VERSION);
        }
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (request.version() != HttpVersion.HTTP_1_1
                || request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_KEY) == null
                || !HeaderList.contains(headers, HttpHeaders.CONNECTION, "upgrade")
                || headers.contains(HttpHeaders.TRANSFER_ENCODING)
                || (length != null && !length.equals("0"))) {
            throw ProblemException.bad("bad_upgrade", "Not a WebSocket handshake (RFC 6455)");
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

    /** A client that offers only unknown subprotocols would not understand the frames. */
    private static void requireSubprotocol(HttpServerRequest request) {
        List<String> offered = WebSocketSubprotocols.offered(request);
        if (!offered.isEmpty() && !offered.contains(SUBPROTOCOL)) {
            throw ProblemException.bad(
                    "unknown_subprotocol",
                    "This endpoint supports the subprotocol " + SUBPROTOCOL + "; offer it or none");
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

    /** Checks origin, capacity and identity. The failure of the {@code Uni} is the problem of the response. */
    @Override
    public Uni<CheckResult> perform(HttpUpgradeContext context) {
        return Uni.createFrom().item(() -> {
            HttpServerRequest request = context.httpRequest();
            requireAccess(request);
            Caller caller = ContextLocals.<Caller>get(CALLER).orElseThrow();
            caller.requirePerson();
            InboundFrames frames = InboundFrames.hold(request, replica.config().frameBytes());
            context.userData().put(Upgrade.KEY, new Upgrade(caller, frames, Vertx.currentContext()));
            return CheckResult.permitUpgradeSync();
        });
    }

    private void requireAccess(HttpServerRequest request) {
        if (!origins.allow(request.getHeader(HttpHeaders.ORIGIN))) {
            throw new ProblemException(403, "forbidden_origin", "Pages of this origin may not connect here");
        }
        ChatConfig config = replica.config();
        if (replica.activity().connections(Transport.WEBSOCKET) >= config.connections()) {
            throw new ProblemException(
                    503, "full", "This replica has reached its maximum number of connections", config.heartbeat());
        }
    }

    @Override
    public boolean appliesTo(String endpointId) {
        return endpointId.equals(ChatEndpoint.ID);
    }
}
