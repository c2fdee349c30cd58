package io.liveline.services;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import com.microsoft.playwright.Page;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A browser with {@code liveline.js} and a token, against services that take nobody without one. */
class TokenIT {

    private static final String ENCODED_HEADER = encoded("{\"alg\":\"RS256\",\"typ\":\"JWT\"}");

    /** Everything that a person does in a page; what came of it. */
    private static final String SCRIPT = """
            async (tokens) => {
              const { connect } = await import('/liveline.js');
              let asked = 0;
              const live = connect({ name: 'ignored', token: () => tokens[Math.min(asked++, tokens.length - 1)] });
              const room = live.chat('lobby');
              const seen = new Promise((resolve) => room.on('message', (message) => resolve(message)));
              await room.post('hello');
              const message = await seen;
              const people = live.presence('lobby');
              const there = await new Promise((resolve) =>
                people.on('change', ({ online }) => online.length > 0 && resolve(online[0])));
              const counters = live.counters(['chat.messages']);
              const counted = await new Promise((resolve) =>
                counters.on('change', (values) => JSON.stringify(values).includes('chat.messages') && resolve(true)));
              const forbidden = await live.chat('board').post('no').then(() => 'posted', (error) => error.code);
              live.close();
              return { author: message.author, name: message.name, user: there.user, counted, forbidden };
            }
            """;

    @Test
    void aPageWithATokenChatsCountsAndIsSeenAndMayDoNoMore() throws Exception {
        try (Browsers browsers = Browsers.start()) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            KeyPair keys = generator.generateKeyPair();
            Map<String, String> settings = Map.of(
                    "liveline.auth",
                    "jwt",
                    "mp.jwt.verify.issuer",
                    "https://issuer.test",
                    "mp.jwt.verify.audiences",
                    "liveline",
                    "mp.jwt.verify.publickey",
                    Base64.getEncoder().encodeToString(keys.getPublic().getEncoded()));
            try (Service suite = Service.start("services", settings)) {
                assertThat(suite.get("/counters?name=ann").statusCode()).isEqualTo(401);
                Page page = browsers.tab(browsers.person());
                // Of the services' own origin, and without the page's script, which comes as a guest.
                page.navigate(suite.at("/liveline.json").toString());
                Object did = page.evaluate(SCRIPT, List.of(token(keys)));

                assertThat(did)
                        .isEqualTo(Map.of(
                                "author",
                                "u-1",
                                "name",
                                "Ann Ash",
                                "user",
                                "u-1",
                                "counted",
                                true,
                                "forbidden",
                                "forbidden"));
            }
        }
    }

    private static String token(KeyPair keys) throws GeneralSecurityException {
        long now = Instant.now().getEpochSecond();
        JsonObject claims = new JsonObject()
                .put("iss", "https://issuer.test")
                .put("aud", "liveline")
                .put("sub", "u-1")
                .put("name", "Ann Ash")
                .put("iat", now)
                .put("exp", now + 600)
                .put("liveline", new JsonObject(Map.of("join", List.of("lobby"), "post", List.of("lobby"))));
        String signed = ENCODED_HEADER + '.' + encoded(claims.encode());
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(keys.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + '.' + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
    }

    private static String encoded(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
