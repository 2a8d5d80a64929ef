using System.Buffers.Binary;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Tokens;

/// <summary>Has a library of tokens list keys and sign with them, in a process of its own (<see cref="TokenProgram"/>) that lives until this is disposed of.</summary>
/// <param name="library">The path of the shared library.</param>
/// <param name="executable">What is that program.</param>
/// <remarks>Requests are answered one after the other. Where the library took its process down, the next request starts another one, in which nobody is logged in.</remarks>
internal sealed class TokenProcess(string library, string executable = ProgramStart.OwnExecutable) : IAsyncDisposable
{
    /// <summary>The head of a reply, and room for the words of a fault.</summary>
    private const int MostBesides = 64 * 1024;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _ended = new();
    private ProviderProcess? _process;

    public string Library => library;

    /// <summary>The tokens that are there now, in the order of the library's slots.</summary>
    /// <exception cref="TokenException">The library does not tell.</exception>
    public async Task<IReadOnlyList<Token>> ListTokensAsync(CancellationToken ct) =>
        TokenListing.ReadTokens(await AskAsync(Write(new TokenRequest { Task = (byte)TokenTask.ListTokens }), ct).ConfigureAwait(false));

    /// <summary>The keys that a token shows: those that stand there as such, then those of certificates. A key of a kind that SSH does not know is left out.</summary>
    /// <exception cref="TokenException">The library does not tell.</exception>
    public async Task<IReadOnlyList<TokenKeyListing>> ListKeysAsync(Token token, CancellationToken ct) =>
        TokenListing.ReadKeys(token, await AskAsync(Write(new TokenRequest { Task = (byte)TokenTask.ListObjects, Slot = token.Slot }), ct).ConfigureAwait(false));

    /// <summary>Logs in to a token; no fault where somebody has done so through this process before.</summary>
    /// <param name="token">Which.</param>
    /// <param name="pin">Its PIN; null where it is typed at the token.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="TokenException">The token does not let in.</exception>
    public Task LoginAsync(Token token, Password? pin, CancellationToken ct) =>
        AskAsync(Write(new TokenRequest { Task = (byte)TokenTask.Login, Slot = token.Slot, HasPin = pin is not null, Pin = BytesOf(pin) }), ct);

    /// <summary>Signs, and returns the signature as it goes on the wire, which has been verified.</summary>
    /// <param name="key">The key.</param>
    /// <param name="algorithm">The algorithm; not ssh-rsa, which signs SHA-1.</param>
    /// <param name="data">What to sign.</param>
    /// <param name="pin">The PIN, for a key that wants it each time.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="TokenException">The token does not sign.</exception>
    public async Task<byte[]> SignAsync(TokenKeyListing key, string algorithm, ReadOnlyMemory<byte> data, Password? pin, CancellationToken ct)
    {
        TokenSignature form = TokenSignature.For(key.PublicKey, algorithm);
        byte[] raw = await AskAsync(WriteSigning(key, form, data.Span, pin), ct).ConfigureAwait(false);
        byte[] signature = form.ToWire(raw);
        return key.PublicKey.Verify(algorithm, data.Span, signature, out _) ? signature : throw new TokenException(TokenFault.General, "the token's signature is wrong");
    }

    /// <summary>Has the process end, and with it the logins: at once where it is at work, since it may wait for a person.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _turn.WaitAsync().ConfigureAwait(false);
        if (_process is not null) await _process.DisposeAsync().ConfigureAwait(false);
        _process = null;
        _turn.Release();
    }

    private static ReadOnlySpan<byte> BytesOf(Password? pin)
    {
        if (pin is null) return default;
        return pin.Utf8.Length <= TokenRequest.MaxText ? pin.Utf8 : throw new TokenException(TokenFault.PinIncorrect);
    }

    private static Secret Write(TokenRequest request) => Message.WriteSecretRecord(ref request);

    private static Secret WriteSigning(TokenKeyListing key, TokenSignature form, ReadOnlySpan<byte> data, Password? pin) => Write(new TokenRequest
    {
        Task = (byte)TokenTask.Sign,
        Slot = key.Token.Slot,
        HasPin = pin is not null,
        Pin = BytesOf(pin),
        KeyType = (uint)form.KeyType,
        Id = key.Id.Span,
        Data = form.ToBeSigned(data),
    });

    // Whoever gives up leaves the library at its work: the answer is taken off the pipe before the next request is asked.
    private async Task<byte[]> AskAsync(Secret request, CancellationToken ct)
    {
        try
        {
            await _turn.WaitAsync(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            request.Dispose();
            throw;
        }

        return await TakeTurnAsync(request).WaitAsync(ct).ConfigureAwait(false);
    }

    private async Task<byte[]> TakeTurnAsync(Secret request)
    {
        try
        {
            using (request)
            {
                if (_ended.IsCancellationRequested) throw new TokenException(TokenFault.NoProvider, $"Provider \"{Printable.Escape(library)}\" is closed");
                if (_process is { HasExited: true }) await EndAsync().ConfigureAwait(false);
                if (_process is null) await LoadAsync().ConfigureAwait(false);
                return await ExchangeAsync(_process!, request).ConfigureAwait(false);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task LoadAsync()
    {
        using Secret request = WriteLoading();
        try
        {
            _process = ProviderProcess.Start(TokenProgram.Verb, executable);
            await ExchangeAsync(_process, request).ConfigureAwait(false);
        }
        catch (TokenException)
        {
            await EndAsync().ConfigureAwait(false);
            throw;
        }
        catch (UnixException refused)
        {
            throw new TokenException(TokenFault.NoProvider, refused.Message);
        }

        Secret WriteLoading()
        {
            byte[] path = Encoding.UTF8.GetBytes(library);
            if (path.Length > TokenRequest.MaxText) throw new TokenException(TokenFault.NoProvider, "the library's path is too long");
            return Write(new TokenRequest { Task = (byte)TokenTask.Load, Library = path });
        }
    }

    private async Task<byte[]> ExchangeAsync(ProviderProcess process, Secret request)
    {
        if (request.Length > TokenRequest.MaxLength) throw new TokenException(TokenFault.General, $"the token cannot be asked to sign so much: {request.Length} bytes, where {TokenRequest.MaxLength} are the most");
        try
        {
            byte[] header = new byte[TokenRequest.HeaderLength];
            BinaryPrimitives.WriteInt32BigEndian(header, request.Length);
            await process.Requests.WriteAsync(header, _ended.Token).ConfigureAwait(false);
            await process.Requests.WriteAsync(request.Memory, _ended.Token).ConfigureAwait(false);
            await process.Replies.ReadExactlyAsync(header, _ended.Token).ConfigureAwait(false);
            uint length = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (length > TokenObjectFields.MaxTotal + MostBesides) throw new SshViolationException(Violation.LengthOutOfRange, $"An answer of {length} bytes.");
            byte[] reply = new byte[length];
            await process.Replies.ReadExactlyAsync(reply, _ended.Token).ConfigureAwait(false);
            return ReadReply(reply);
        }
        catch (Exception broken) when (broken is IOException or SshViolationException or OperationCanceledException)
        {
            await EndAsync().ConfigureAwait(false);
            throw new TokenException(TokenFault.NoProvider, $"Provider \"{Printable.Escape(library)}\" ended without an answer");
        }
    }

    private async Task EndAsync()
    {
        if (_process is null) return;
        _process.Kill();
        await _process.DisposeAsync().ConfigureAwait(false);
        _process = null;
    }

    private static byte[] ReadReply(byte[] bytes)
    {
        ProviderReply reply = Message.ReadRecord<ProviderReply>(bytes);
        return reply.Fault == 0 ? reply.Result.ToArray() : throw new TokenException((TokenFault)reply.Fault, Printable.Escape(reply.Explanation));
    }
}
