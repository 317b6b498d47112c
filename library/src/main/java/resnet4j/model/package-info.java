/**
 * The networks, each from its paper: an architecture is a record that builds its network, and a registry knows them by
 * name. Uses {@code tensor}, {@code nn}, {@code image}, {@code weights} and {@code config}.
 */
package resnet4j.model;
