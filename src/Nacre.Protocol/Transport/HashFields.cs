using System.Buffers.Binary;
using Nacre.Crypto;

namespace Nacre.Protocol.Transport;

/// <summary>Appends fields to a hash as they are on the wire.</summary>
internal static class HashFields
{
    extension(Digest hash)
    {
        /// <summary>Appends a string or mpint: a length and the contents.</summary>
        public void AppendString(ReadOnlySpan<byte> contents)
        {
            hash.AppendUInt32((uint)contents.Length);
            hash.Append(contents);
        }

        /// <summary>Appends a uint32.</summary>
        public void AppendUInt32(uint value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
            hash.Append(bytes);
        }
    }
}
