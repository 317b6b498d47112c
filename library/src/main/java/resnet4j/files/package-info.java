/**
 * Files on the disk and from the network: written wholly or not at all, downloaded, kept in a cache, digested; the native
 * libraries that JavaCPP loads, which are such files. Uses no other package.
 */
package resnet4j.files;
