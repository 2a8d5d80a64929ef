namespace Nacre.Protocol.Keys;

/// <summary>A critical option or an extension of a certificate.</summary>
/// <param name="Name">Its name; those of others than OpenSSH's makers have an @ and a domain.</param>
/// <param name="Data">Its data, in a form that is the option's own; empty for those that only are there or not.</param>
public readonly record struct CertificateOption(string Name, ReadOnlyMemory<byte> Data);
