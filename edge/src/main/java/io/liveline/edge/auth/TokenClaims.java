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

import io.liveline.edge.ProblemException;
import org.eclipse.microprofile.jwt.JsonWebToken;

/**
 * What a verified token says.
 *
 * @param token verified
 * @param claim the claim that holds the rights
 */
record TokenClaims(JsonWebToken token, String claim) {

    private static final Collection<String> RIGHTS = List.of("join", "post", "moderate", "counters", "admin");

    /** Until when it holds, seconds since 1970. */
    long expiresSeconds() {
        return token.getExpirationTime();
    }

    /**
     * {@code sub}, shown as {@code name} or {@code preferred_username} where those are names.
     *
     * @throws ProblemException 401 {@code unauthorized}
     */
    Person person() {
        String user = token.getSubject();
        for (String shown : List.of("name", "preferred_username")) {
            Object name = token.getClaim(shown);
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
            throw TokenVerifier.invalid("its sub is missing, longer than " + Person.MAX_LENGTH + " or no name");
        }
    }

    /** When it was issued, as far as it says so. */
    private long issuedSeconds() {
        Object issued = token.getClaim("iat");
        long seconds = issued instanceof Number number
                ? number.longValue()
                : issued instanceof JsonNumber number ? number.longValue() : 0;
        return Math.max(0, Math.min(seconds, Person.LATEST));
    }

    /**
     * What its bearer may do: nothing that is not said.
     *
     * @throws ProblemException 401 {@code unauthorized} when it cannot be understood; half understood, it could say too
     *     much
     */
    Permissions rights() {
        Object said = token.getClaim(claim);
        if (said == null) {
            return Permissions.NONE;
        }
        if (!(said instanceof JsonObject rights) || !RIGHTS.containsAll(rights.keySet())) {
            throw TokenVerifier.invalid("its claim " + claim + " holds other than " + String.join(", ", RIGHTS));
        }
        return new Permissions(
                patterns(rights, "join"),
                patterns(rights, "post"),
                patterns(rights, "moderate"),
                patterns(rights, "counters"),
                admin(rights));
    }

    private boolean admin(Map<String, JsonValue> rights) {
        JsonValue admin = rights.getOrDefault("admin", JsonValue.FALSE);
        if (!admin.equals(JsonValue.TRUE) && !admin.equals(JsonValue.FALSE)) {
            throw TokenVerifier.invalid(claim + ".admin is true or false");
        }
        return admin.equals(JsonValue.TRUE);
    }

    private NamePatterns patterns(Map<String, JsonValue> rights, String right) {
        JsonValue said = rights.getOrDefault(right, JsonValue.EMPTY_JSON_ARRAY);
        List<String> patterns = new ArrayList<>();
        if (!(said instanceof JsonArray list)) {
            throw TokenVerifier.invalid(claim + '.' + right + " is no list");
        }
        for (JsonValue pattern : list) {
            if (!(pattern instanceof JsonString text)) {
                throw TokenVerifier.invalid(claim + '.' + right + " is no list of texts");
            }
            patterns.add(text.getString());
        }
        try {
            return NamePatterns.of(patterns);
        } catch (IllegalArgumentException bad) {
            throw TokenVerifier.invalid(claim + '.' + right + ": " + bad.getMessage());
        }
    }
}
