using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;

namespace Nacre.Examples;

/// <summary>Certifies a user's public key for a day, with an authority's key that stays where it is: no server has to learn of the user.</summary>
internal static class Authority
{
    public static async Task<Certificate> RunAsync(string authorityFile, string publicKeyFile, string user, DateTimeOffset now)
    {
        using PrivateKey authority = PrivateKeyFile.Read(await File.ReadAllBytesAsync(authorityFile));
        if (!PublicKeyLine.TryParse(await File.ReadAllTextAsync(publicKeyFile), out PublicKeyLine? line)) throw new FormatException($"{publicKeyFile} is no public key file.");
        CertificateTerms terms = new()
        {
            Kind = CertificateKind.User,
            KeyId = $"{user} on {now:yyyy-MM-dd}",
            Principals = [user],
            Extensions = CertificateOption.UserPermissions,
        };
        return await terms.Between(now.AddMinutes(-5), now.AddDays(1)).SignAsync(line.Key, authority);
    }
}
