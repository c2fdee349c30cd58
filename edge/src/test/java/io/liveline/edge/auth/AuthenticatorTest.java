package io.liveline.edge.auth;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class AuthenticatorTest {

    @Test
    void guestsAreAllowedInProductionOnlyIfConfigured() {
        String message = assertThrows(
                        ConfigurationException.class, () -> Authenticator.checkGuestsAllowed(false, LaunchMode.NORMAL))
                .getMessage();
        assertTrue(message.contains("liveline.edge.anyone-may-claim-any-name=true"), message);
        Authenticator.checkGuestsAllowed(true, LaunchMode.NORMAL);
        Authenticator.checkGuestsAllowed(false, LaunchMode.DEVELOPMENT);
        Authenticator.checkGuestsAllowed(false, LaunchMode.TEST);
    }
}
