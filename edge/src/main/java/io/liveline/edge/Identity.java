package io.liveline.edge;

import java.nio.charset.StandardCharsets;
import java.util.List;

import jakarta.inject.Singleton;

import io.netty.handler.codec.http.QueryStringDecoder;

/** Finds out who is asking. For now everybody is a guest, who says a name in the query parameter {@code name}. */
@Singleton
public final class Identity {

    /**
     * The person behind a request or an upgrade.
     *
     * @param query the raw query string, may be null
     * @throws Problem 401 {@code who_are_you} without a name, 400 {@code bad_name} with a bad one
     */
    public Person of(String query) {
        List<String> names = query == null
                ? null
                : new QueryStringDecoder(query, StandardCharsets.UTF_8, false, 32)
                        .parameters()
                        .get("name");
        if (names == null || names.isEmpty()) {
            throw new Problem(401, "who_are_you", "Say who you are: add ?name=… to the address");
        }
        String name = names.get(0).strip();
        return new Person(name, name);
    }
}
