package io.liveline.services.architecture.planted.dashboard;

/** Service that another imports. */
public class Dashboard {}
