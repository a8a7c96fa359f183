@NullMarked
package io.nurs.appliance.command;

import org.jspecify.annotations.NullMarked;
