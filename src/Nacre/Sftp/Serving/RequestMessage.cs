using System.Buffers;

namespace Nacre.Sftp.Serving;

/// <summary>A request as it came, which lives as long as its answer is in the making.</summary>
/// <param name="Id">What its answer is known by.</param>
/// <param name="Fields">Its fields in one piece, the id first; of an extended request those of the extension. Empty for a WRITE.</param>
/// <param name="Whole">All that follows the type, where it lies.</param>
internal readonly record struct RequestMessage(uint Id, ReadOnlyMemory<byte> Fields, ReadOnlySequence<byte> Whole);
