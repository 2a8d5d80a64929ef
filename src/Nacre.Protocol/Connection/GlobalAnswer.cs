namespace Nacre.Protocol.Connection;

/// <summary>REQUEST_SUCCESS with its fields or REQUEST_FAILURE (RFC 4254 4), given or received.</summary>
internal readonly record struct GlobalAnswer(bool IsSuccess, ReadOnlyMemory<byte> Fields)
{
    public static GlobalAnswer Failure => default;

    public static GlobalAnswer Success(ReadOnlyMemory<byte> fields = default) => new(true, fields);
}
