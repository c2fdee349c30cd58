package io.liveline.testing;

import java.time.Duration;

import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Extension that lets Awaitility wait up to two minutes, instead of ten seconds, where a test sets no limit: a slow machine
 * is no failure. JUnit finds it as a service.
 */
public final class Patience implements BeforeAllCallback {

    @Override
    public void beforeAll(ExtensionContext context) throws ReflectiveOperationException {
        // Quarkus loads a test, and Awaitility with it, by another class loader than JUnit its extensions.
        context.getRequiredTestClass()
                .getClassLoader()
                .loadClass("org.awaitility.Awaitility")
                .getMethod("setDefaultTimeout", Duration.class)
                .invoke(null, Duration.ofMinutes(2));
    }
}
