package io.liveline.edge.auth;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class AuthenticatorTest {

    @Test
    void guestsAreAllowedInProductionOnlyIfConfigured() {
        String message = catchThrowableOfType(
                        ConfigurationException.class, () -> Authenticator.checkGuestsAllowed(false, LaunchMode.NORMAL))
                .getMessage();
        assertThat(message).contains("liveline.edge.anyone-may-claim-any-name=true");
        Authenticator.checkGuestsAllowed(true, LaunchMode.NORMAL);
        Authenticator.checkGuestsAllowed(false, LaunchMode.DEVELOPMENT);
        Authenticator.checkGuestsAllowed(false, LaunchMode.TEST);
    }
}
