using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Serving;

/// <summary>Hashes what a file holds, so that a client can compare without reading it all (check-file, draft-ietf-secsh-filexfer-extensions-00 section 3).</summary>
internal static class CheckFile
{
    /// <summary>The hashes that there are; MD5 and SHA-1 prove nothing any more.</summary>
    public const string Algorithms = "sha256,sha512";

    /// <summary>Bytes of hashes in one answer.</summary>
    public const int MaxHashBytes = SftpLimits.MaxData;

    /// <summary>Bytes that are read at once, and between two looks at whether the session still goes on.</summary>
    private const int Piece = 256 * 1024;

    public static async ValueTask HandleAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        (OpenHandle open, Range range) = Read(session, request);
        await AnswerAsync(session, request.Id, open.File!, range, ct).ConfigureAwait(false);

        static (OpenHandle, Range) Read(ServingSession session, in RequestMessage request)
        {
            SftpCheckFileHandle check = Message.ReadRecord<SftpCheckFileHandle>(request.Fields.Span);
            bool isOpen = session.Handles.TryFind(check.Handle, out OpenHandle? open, out int place);
            session.Log.Write(SftpLogLevel.Debug1, $"request {request.Id}: check-file-handle \"{open?.Path ?? "(null)"}\" (handle {place}) off {check.StartOffset} len {check.Length} block {check.BlockSize}");
            FileRequests.RequireFile(isOpen, open);
            return (open!, new Range(check.Algorithms, check.StartOffset, check.Length, check.BlockSize));
        }
    }

    public static async ValueTask NameAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        (string path, Range range) = Read(session, request);

        // Opening what is no file, a pipe say, could wait for ever.
        if (await session.Files.StatAsync(path, followsLinks: true, ct).ConfigureAwait(false) is { Permissions: not null, IsRegularFile: false }) throw new SftpException(SftpStatusCode.Failure, "Not a regular file");
        IFileHandle file = await session.Files.OpenAsync(path, SftpOpenFlags.Read, new SftpAttributes(), ct).ConfigureAwait(false);
        await using (file.ConfigureAwait(false)) await AnswerAsync(session, request.Id, file, range, ct).ConfigureAwait(false);

        static (string, Range) Read(ServingSession session, in RequestMessage request)
        {
            SftpCheckFileName check = Message.ReadRecord<SftpCheckFileName>(request.Fields.Span);
            string path = ServingSession.PathOf(check.Path);
            session.Log.Write(SftpLogLevel.Verbose, $"check-file-name \"{path}\" off {check.StartOffset} len {check.Length} block {check.BlockSize}");
            return (path, new Range(check.Algorithms, check.StartOffset, check.Length, check.BlockSize));
        }
    }

    private static async ValueTask AnswerAsync(ServingSession session, uint id, IFileHandle file, Range range, CancellationToken ct)
    {
        SftpAttributes attributes = await file.StatAsync(ct).ConfigureAwait(false);
        long size = (long)Math.Min(attributes.Size ?? 0, long.MaxValue);
        long there = Math.Max(0, size - range.Start);
        long length = range.Length == 0 ? there : Math.Min(range.Length, there);
        using IncrementalHash hash = IncrementalHash.CreateHash(range.Algorithm);
        long blocks = range.Block == 0 ? 1 : (length / range.Block) + (length % range.Block == 0 ? 0 : 1);
        if (blocks > MaxHashBytes / hash.HashLengthInBytes) throw new SftpException(SftpStatusCode.Failure, "The blocks are too many for one answer");
        var hashes = new ArrayBufferWriter<byte>();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            for (long block = 0; block < blocks; block++)
            {
                long start = block * range.Block;
                long end = range.Block == 0 ? length : Math.Min(length, start + range.Block);
                await HashAsync(hash, file, range.Start + start, range.Start + end, buffer, ct).ConfigureAwait(false);
                hashes.Advance(hash.GetHashAndReset(hashes.GetSpan(hash.HashLengthInBytes)));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var reply = new SftpCheckFileReply { Algorithm = Encoding.ASCII.GetBytes(NameOf(range.Algorithm)), Hashes = hashes.WrittenSpan };
        session.Replies.Extended(id, ref reply);
    }

    // A file that has become shorter is hashed as far as it goes.
    private static async ValueTask HashAsync(IncrementalHash hash, IFileHandle file, long start, long end, byte[] buffer, CancellationToken ct)
    {
        while (start < end)
        {
            ct.ThrowIfCancellationRequested();
            int read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(Piece, end - start)), start, ct).ConfigureAwait(false);
            if (read == 0) return;
            hash.AppendData(buffer.AsSpan(0, read));
            start += read;
        }
    }

    private static string NameOf(HashAlgorithmName algorithm) => algorithm == HashAlgorithmName.SHA256 ? "sha256" : "sha512";

    /// <summary>What is to be hashed, and how.</summary>
    private readonly struct Range
    {
        public Range(ReadOnlySpan<byte> algorithms, ulong start, ulong length, uint block)
        {
            if (block is > 0 and < SftpLimits.MinHashedBlock) throw new SftpException(SftpStatusCode.BadMessage, "A block to be hashed has at least 256 bytes");
            (Algorithm, Start, Length, Block) = (Choose(algorithms), FileRequests.OffsetOf(start), FileRequests.OffsetOf(length), block);
        }

        public HashAlgorithmName Algorithm { get; }

        public long Start { get; }

        /// <summary>0 is to the end of the file.</summary>
        public long Length { get; }

        /// <summary>0 is one block of all.</summary>
        public long Block { get; }

        // The first of the client's that we have.
        private static HashAlgorithmName Choose(ReadOnlySpan<byte> algorithms)
        {
            while (!algorithms.IsEmpty)
            {
                int comma = algorithms.IndexOf((byte)',');
                ReadOnlySpan<byte> name = comma < 0 ? algorithms : algorithms[..comma];
                if (name.SequenceEqual("sha256"u8)) return HashAlgorithmName.SHA256;
                if (name.SequenceEqual("sha512"u8)) return HashAlgorithmName.SHA512;
                algorithms = comma < 0 ? default : algorithms[(comma + 1)..];
            }

            throw new SftpException(SftpStatusCode.OperationUnsupported, "None of the hash algorithms is there; there are sha256 and sha512");
        }
    }
}
