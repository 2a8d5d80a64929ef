using System.Security.Cryptography;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Signatures;

namespace Nacre.Examples;

/// <summary>Signs a file with an SSH key, and tells whether somebody who may has signed one: what ssh-keygen -Y sign and -Y verify do.</summary>
internal static class SignedFile
{
    private const string Namespace = "file";

    public static async Task SignAsync(string keyFile, string file)
    {
        using PrivateKey key = PrivateKeyFile.Read(await File.ReadAllBytesAsync(keyFile));
        await using FileStream message = File.OpenRead(file);
        SshSignature signature = await SshSignature.SignHashAsync(key, Namespace, HashAlgorithmName.SHA512, await SHA512.HashDataAsync(message));
        await File.WriteAllTextAsync(file + ".sig", signature.ToString());
    }

    public static async Task<bool> IsByAsync(string signer, string allowedSignersFile, string file)
    {
        SshSignature signature = SshSignature.Parse(await File.ReadAllBytesAsync(file + ".sig"));
        await using FileStream message = File.OpenRead(file);
        byte[] digest = await CryptographicOperations.HashDataAsync(signature.Hash, message);
        AllowedSigners allowed = AllowedSigners.Parse(await File.ReadAllBytesAsync(allowedSignersFile), allowedSignersFile, Console.Error.WriteLine);
        return signature.VerifyHash(Namespace, digest) && allowed.Allows(signature, signer, DateTimeOffset.UtcNow);
    }
}
