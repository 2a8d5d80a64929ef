namespace Nacre.Protocol.Connection;

/// <summary>REQUEST_SUCCESS with its fields or REQUEST_FAILURE (RFC 4254 4), given or received.</summary>
internal readonly record struct GlobalAnswer(bool IsSuccess, ReadOnlyMemory<byte> Fields)
{
    public static GlobalAnswer Failure => default;

    /// <summary>Nothing is said, though a reply was wanted: for peers that take none, against RFC 4254.</summary>
    public static GlobalAnswer Silence => new(false, default) { IsSilent = true };

    public bool IsSilent { get; private init; }

    public static GlobalAnswer Success(ReadOnlyMemory<byte> fields = default) => new(true, fields);
}
