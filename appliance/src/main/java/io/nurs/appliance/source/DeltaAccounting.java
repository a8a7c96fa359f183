package io.nurs.appliance.source;
