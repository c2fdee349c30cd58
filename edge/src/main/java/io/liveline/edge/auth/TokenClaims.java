package io.liveline.edge.auth;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;

import io.liveline.edge.NamePatterns;
import io.liveline.edge.ProblemException;
import org.eclipse.microprofile.jwt.JsonWebToken;

/**
 * Claims of a verified token.
 *
 * @param token verified token
 * @param claim name of the claim with the rights
 */
record TokenClaims(JsonWebToken token, String claim) {

    private static final Collection<String> RIGHTS = List.of("join", "post", "moderate", "counters", "kinds", "admin");

    /** Returns the time of expiry, seconds since 1970. */
    long expiresSeconds() {
        return token.getExpirationTime();
    }

    /**
     * Returns the person: {@code sub}, with the display name from {@code name} or {@code preferred_username} if that is
     * a valid name.
     *
     * @throws ProblemException 401 {@code unauthorized}
     */
    Person person() {
        String user = token.getSubject();
        for (String claimName : List.of("name", "preferred_username")) {
            Object name = token.getClaim(claimName);
            String text = name instanceof JsonString json ? json.getString() : String.valueOf(name);
            if (name != null && Person.isName(text)) {
                return person(user, text);
            }
        }
        return person(user, user);
    }

    private Person person(String user, String name) {
        try {
            return new Person(user, name, issuedSeconds());
        } catch (ProblemException bad) {
            throw TokenVerifier.invalid(
                    "its sub is missing, longer than " + Person.MAX_LENGTH + " or not a valid name");
        }
    }

    /** Returns the time of issue in seconds since 1970; 0 if the token has none. */
    private long issuedSeconds() {
        Object issued = token.getClaim("iat");
        long seconds = issued instanceof Number number
                ? number.longValue()
                : issued instanceof JsonNumber number ? number.longValue() : 0;
        return Math.max(0, Math.min(seconds, Person.LATEST));
    }

    /**
     * Returns the permissions of the bearer: only those that the claim lists.
     *
     * @throws ProblemException 401 {@code unauthorized} if the claim is malformed; a partial reading could grant too
     *     much
     */
    Permissions rights() {
        Object value = token.getClaim(claim);
        if (value == null) {
            return Permissions.NONE;
        }
        if (!(value instanceof JsonObject rights) || !RIGHTS.containsAll(rights.keySet())) {
            throw TokenVerifier.invalid(
                    "its claim " + claim + " must be an object with only " + String.join(", ", RIGHTS));
        }
        return new Permissions(
                patterns(rights, "join"),
                patterns(rights, "post"),
                patterns(rights, "moderate"),
                patterns(rights, "counters"),
                patterns(rights, "kinds"),
                admin(rights));
    }

    private boolean admin(Map<String, JsonValue> rights) {
        JsonValue admin = rights.getOrDefault("admin", JsonValue.FALSE);
        if (!admin.equals(JsonValue.TRUE) && !admin.equals(JsonValue.FALSE)) {
            throw TokenVerifier.invalid(claim + ".admin is neither true nor false");
        }
        return admin.equals(JsonValue.TRUE);
    }

    private NamePatterns patterns(Map<String, JsonValue> rights, String right) {
        JsonValue value = rights.getOrDefault(right, JsonValue.EMPTY_JSON_ARRAY);
        List<String> patterns = new ArrayList<>();
        if (!(value instanceof JsonArray list)) {
            throw TokenVerifier.invalid(claim + '.' + right + " is not a list");
        }
        for (JsonValue pattern : list) {
            if (!(pattern instanceof JsonString text)) {
                throw TokenVerifier.invalid(claim + '.' + right + " is not a list of strings");
            }
            patterns.add(text.getString());
        }
        try {
            return NamePatterns.of(patterns, token.getSubject());
        } catch (IllegalArgumentException bad) {
            throw TokenVerifier.invalid(claim + '.' + right + ": " + bad.getMessage());
        }
    }
}
