using System.Runtime.InteropServices;
using System.Text;

namespace Nacre.Unix;

/// <summary>A shared library that speaks to security keys, by the interface that OpenSSH's sk-api.h has for them (PROTOCOL.u2f).</summary>
/// <remarks>What it allocates is freed by the end of the process that loads it.</remarks>
internal sealed unsafe class SecurityKeyLibrary
{
    public const uint MajorVersion = 0x000a0000;

    private const uint MajorMask = 0xffff0000;

    private readonly delegate* unmanaged<uint, byte*, nuint, byte*, byte, byte*, Option**, EnrollResponse**, int> _enroll;
    private readonly delegate* unmanaged<uint, byte*, nuint, byte*, byte*, nuint, byte, byte*, Option**, SignResponse**, int> _sign;
    private readonly delegate* unmanaged<byte*, Option**, ResidentKey***, nuint*, int> _loadResidentKeys;

    private SecurityKeyLibrary(nint enroll, nint sign, nint loadResidentKeys)
    {
        _enroll = (delegate* unmanaged<uint, byte*, nuint, byte*, byte, byte*, Option**, EnrollResponse**, int>)enroll;
        _sign = (delegate* unmanaged<uint, byte*, nuint, byte*, byte*, nuint, byte, byte*, Option**, SignResponse**, int>)sign;
        _loadResidentKeys = (delegate* unmanaged<byte*, Option**, ResidentKey***, nuint*, int>)loadResidentKeys;
    }

    /// <summary>Loads a library into this process; null where it is none, and why in OpenSSH's words.</summary>
    public static SecurityKeyLibrary? Load(string path, out string fault)
    {
        nint library = SharedLibrary.Load(path, out fault);
        if (library == 0)
        {
            fault = $"Provider \"{path}\" dlopen failed: {fault}";
            return null;
        }

        string[] names = ["sk_api_version", "sk_enroll", "sk_sign", "sk_load_resident_keys"];
        nint[] found = new nint[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            if (NativeLibrary.TryGetExport(library, names[i], out found[i])) continue;
            fault = $"Provider \"{path}\" dlsym({names[i]}) failed";
            return null;
        }

        uint version = ((delegate* unmanaged<uint>)found[0])();
        bool isSupported = (version & MajorMask) == MajorVersion;
        fault = isSupported ? "" : $"Provider \"{path}\" implements unsupported version 0x{version:x8} (supported: 0x{MajorVersion:x8})";
        return isSupported ? new SecurityKeyLibrary(found[1], found[2], found[3]) : null;
    }

    /// <summary>Has a security key make a key; returns zero or the library's error, which is negative.</summary>
    public int Enroll(uint algorithm, ReadOnlySpan<byte> challenge, string application, byte flags, byte[]? pin, SecurityKeyOptions options, out EnrolledKey key)
    {
        using var texts = new NativeTexts();
        EnrollResponse* response = null;
        int result;
        fixed (byte* challengeBytes = challenge, pinBytes = Terminated(pin))
        {
            result = _enroll(algorithm, challengeBytes, (nuint)challenge.Length, texts.Add(application), flags, pinBytes, texts.Add(options), &response);
        }

        key = result == 0 && response is not null ? Copy(*response) : EnrolledKey.None;
        return result != 0 || response is not null ? result : -1;
    }

    /// <summary>Has a security key sign with a key of its own; as <see cref="Enroll"/>.</summary>
    public int Sign(uint algorithm, ReadOnlySpan<byte> data, string application, ReadOnlySpan<byte> keyHandle, byte flags, byte[]? pin, SecurityKeyOptions options, out SecurityKeySignature signature)
    {
        using var texts = new NativeTexts();
        SignResponse* response = null;
        int result;
        fixed (byte* dataBytes = data, handleBytes = keyHandle, pinBytes = Terminated(pin))
        {
            result = _sign(algorithm, dataBytes, (nuint)data.Length, texts.Add(application), handleBytes, (nuint)keyHandle.Length, flags, pinBytes, texts.Add(options), &response);
        }

        bool isSigned = result == 0 && response is not null;
        signature = isSigned
            ? new SecurityKeySignature(response->Flags, response->Counter, Copy(response->R, response->RLength), Copy(response->S, response->SLength))
            : SecurityKeySignature.None;
        return result != 0 || isSigned ? result : -1;
    }

    /// <summary>Gets the keys that a security key keeps whole; as <see cref="Enroll"/>.</summary>
    public int LoadResidentKeys(byte[]? pin, SecurityKeyOptions options, out IReadOnlyList<KeptKey> keys)
    {
        using var texts = new NativeTexts();
        ResidentKey** found = null;
        nuint count = 0;
        int result;
        fixed (byte* pinBytes = Terminated(pin))
        {
            result = _loadResidentKeys(pinBytes, texts.Add(options), &found, &count);
        }

        var copies = new List<KeptKey>();
        for (nuint i = 0; result == 0 && i < count; i++)
        {
            ResidentKey* key = found[i];
            string application = Marshal.PtrToStringUTF8((nint)key->Application) ?? "";
            copies.Add(new KeptKey(key->Algorithm, application, key->Flags, Copy(key->UserId, key->UserIdLength), Copy(key->Key)));
        }

        keys = copies;
        return result;
    }

    private static byte[]? Terminated(byte[]? text)
    {
        if (text is null) return null;
        byte[] copy = GC.AllocateArray<byte>(text.Length + 1, pinned: true);
        text.CopyTo(copy, 0);
        return copy;
    }

    private static EnrolledKey Copy(in EnrollResponse response) => new(
        response.Flags,
        Copy(response.PublicKey, response.PublicKeyLength),
        Copy(response.KeyHandle, response.KeyHandleLength),
        Copy(response.Signature, response.SignatureLength),
        Copy(response.Certificate, response.CertificateLength),
        Copy(response.AuthenticatorData, response.AuthenticatorDataLength));

    private static byte[] Copy(byte* bytes, nuint length) => bytes is null ? [] : new ReadOnlySpan<byte>(bytes, checked((int)length)).ToArray();

    /// <summary>struct sk_option.</summary>
    internal struct Option
    {
        public byte* Name;
        public byte* Value;
        public byte IsRequired;
    }

    /// <summary>struct sk_enroll_response.</summary>
    internal struct EnrollResponse
    {
        public byte Flags;
        public byte* PublicKey;
        public nuint PublicKeyLength;
        public byte* KeyHandle;
        public nuint KeyHandleLength;
        public byte* Signature;
        public nuint SignatureLength;
        public byte* Certificate;
        public nuint CertificateLength;
        public byte* AuthenticatorData;
        public nuint AuthenticatorDataLength;
    }

    /// <summary>struct sk_sign_response.</summary>
    internal struct SignResponse
    {
        public byte Flags;
        public uint Counter;
        public byte* R;
        public nuint RLength;
        public byte* S;
        public nuint SLength;
    }

    /// <summary>struct sk_resident_key.</summary>
    internal struct ResidentKey
    {
        public uint Algorithm;
        public nuint Slot;
        public byte* Application;
        public EnrollResponse Key;
        public byte Flags;
        public byte* UserId;
        public nuint UserIdLength;
    }

    /// <summary>Strings as C has them, for as long as a call lasts.</summary>
    private sealed class NativeTexts : IDisposable
    {
        private readonly List<nint> _blocks = [];

        public byte* Add(string text)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            byte* block = (byte*)Allocate(bytes.Length + 1);
            bytes.CopyTo(new Span<byte>(block, bytes.Length));
            block[bytes.Length] = 0;
            return block;
        }

        /// <summary>A list of pointers that ends in a null one.</summary>
        public Option** Add(SecurityKeyOptions options)
        {
            (string Name, string? Value)[] given = [("device", options.Device), ("user", options.User)];
            Option** list = (Option**)Allocate((given.Length + 1) * sizeof(nint));
            int count = 0;
            foreach ((string name, string? value) in given)
            {
                if (value is null) continue;
                Option* option = (Option*)Allocate(sizeof(Option));
                *option = new Option { Name = Add(name), Value = Add(value) };
                list[count++] = option;
            }

            list[count] = null;
            return list;
        }

        public void Dispose()
        {
            foreach (nint block in _blocks) NativeMemory.Free((void*)block);
        }

        private void* Allocate(int size)
        {
            void* block = NativeMemory.AllocZeroed((nuint)size);
            _blocks.Add((nint)block);
            return block;
        }
    }
}

/// <summary>What a library is told besides: which security key, and whose key it is to be; null for what it chooses itself.</summary>
internal sealed record SecurityKeyOptions(string? Device = null, string? User = null);

/// <summary>A key that a security key has made, and what it attests about it.</summary>
internal sealed record EnrolledKey(byte Flags, byte[] PublicKey, byte[] KeyHandle, byte[] Signature, byte[] Certificate, byte[] AuthenticatorData)
{
    public static EnrolledKey None { get; } = new(0, [], [], [], [], []);
}

/// <summary>A signature by a security key: for ECDSA both numbers, for Ed25519 all of it in the first.</summary>
internal sealed record SecurityKeySignature(byte Flags, uint Counter, byte[] R, byte[] S)
{
    public static SecurityKeySignature None { get; } = new(0, 0, [], []);
}

/// <summary>A key that a security key keeps whole.</summary>
internal sealed record KeptKey(uint Algorithm, string Application, byte Flags, byte[] UserId, EnrolledKey Key);
