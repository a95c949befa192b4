@org.jspecify.annotations.NullMarked
package dev.jooqcache.codegen;
