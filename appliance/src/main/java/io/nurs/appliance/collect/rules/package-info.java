/**
 * What other collectors make of messages: which records they keep, which bytes they add up and which fields they read, by
 * rules that follow their sources or documentation. {@code nursd verify --as} compares that with what was sent.
 */
@NullMarked
package io.nurs.appliance.collect.rules;

import org.jspecify.annotations.NullMarked;
