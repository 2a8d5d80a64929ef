namespace Nacre.Protocol.Algorithms;

/// <summary>One row of the <see cref="AlgorithmCatalog"/>: what every kind of algorithm has.</summary>
/// <param name="Name">The name that goes on the wire (RFC 4251 6).</param>
/// <param name="IsLegacy">True for what is kept for old machines only: never a default, and worth a warning when it is chosen.</param>
internal abstract record Algorithm(string Name, bool IsLegacy);
