package io.liveline.testing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.quarkus.test.junit.QuarkusTestProfile;
import io.smallrye.jwt.build.Jwt;
import io.smallrye.jwt.build.JwtClaimsBuilder;

/** Issuer of tokens for tests; as a profile, it makes the service accept them. */
public class TestTokens implements QuarkusTestProfile {

    /** Issuer of the tokens. */
    public static final String ISSUER = "https://issuer.test";

    /** Audience of the tokens. */
    public static final String AUDIENCE = "liveline";

    /** Tolerated clock skew: a token stays valid for this long after it expires. */
    public static final Duration SKEW = Duration.ofSeconds(1);

    /** Claim with all rights except those of a moderator and an administrator. */
    public static final Map<String, Object> MEMBER =
            Map.of("join", List.of("*"), "post", List.of("*"), "counters", List.of("*"));

    // Different class loaders of one JVM load profiles and tests; its system properties are common to both.
    private static final String PRIVATE = "liveline.test.private-key";
    private static final String PUBLIC = "liveline.test.public-key";

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> settings = new HashMap<>(settings());
        settings.put("liveline.auth", "jwt");
        return settings;
    }

    /** Returns the settings that make a service trust this issuer. */
    public static Map<String, String> settings() {
        return Map.of(
                "mp.jwt.verify.issuer",
                ISSUER,
                "mp.jwt.verify.audiences",
                AUDIENCE,
                "mp.jwt.verify.publickey",
                key(PUBLIC),
                "mp.jwt.verify.clock.skew",
                String.valueOf(SKEW.toSeconds()));
    }

    /** Returns a token that is valid for a minute. */
    public static String of(String user, Map<String, ?> rights) {
        return of(user, rights, Instant.now().plusSeconds(60));
    }

    /** Returns a token that expires at the given time. */
    public static String of(String user, Map<String, ?> rights, Instant expires) {
        return claims(user, rights).expiresAt(expires).sign(privateKey());
    }

    /** Returns the claims of a token that is valid for a minute. */
    public static JwtClaimsBuilder claims(String user, Map<String, ?> rights) {
        return Jwt.issuer(ISSUER)
                .audience(AUDIENCE)
                .subject(user)
                .issuedAt(Instant.now().minusSeconds(3600))
                .expiresAt(Instant.now().plusSeconds(60))
                .claim("liveline", rights);
    }

    /** Returns the key that signs the tokens. */
    public static PrivateKey privateKey() {
        try {
            byte[] bytes = Base64.getDecoder().decode(key(PRIVATE));
            return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the key that verifies the tokens. */
    public static PublicKey publicKey() {
        try {
            byte[] bytes = Base64.getDecoder().decode(key(PUBLIC));
            return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Encodes a part of a token, for tests that tamper with it. */
    public static String encoded(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    /** Creates keys that no service trusts. */
    public static KeyPair otherKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static synchronized String key(String which) {
        if (System.getProperty(which) == null) {
            KeyPair keys = otherKeys();
            Base64.Encoder base64 = Base64.getEncoder();
            System.setProperty(PRIVATE, base64.encodeToString(keys.getPrivate().getEncoded()));
            System.setProperty(PUBLIC, base64.encodeToString(keys.getPublic().getEncoded()));
        }
        return System.getProperty(which);
    }
}
