namespace Nacre.Protocol.Authentication;

/// <summary>How a client got in.</summary>
/// <param name="Method">The method that the server's SUCCESS answered.</param>
/// <param name="PartialMethods">The methods that had succeeded in part before it, in order.</param>
internal sealed record AuthenticationOutcome(string Method, IReadOnlyList<string> PartialMethods);
