using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Server;

/// <summary>What a user's certificate permits by its critical options and extensions (PROTOCOL.certkeys), once its authority is trusted.</summary>
internal static class CertificateLimits
{
    /// <summary>Joins the limits of a certificate with those before it; null, with the reason in OpenSSH's words, where it lets nobody in.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="before">What the line that trusts the authority permits.</param>
    /// <param name="principal">The name that it must be for; null where its names have been judged.</param>
    /// <param name="use">The circumstances.</param>
    /// <param name="fault">The reason.</param>
    public static LoginPermissions? Permit(Certificate certificate, LoginPermissions before, string? principal, KeyUse use, out string fault)
    {
        if (certificate.FaultAsUser(principal, use.Now) is { } invalid)
        {
            fault = invalid;
            return null;
        }

        if (Of(certificate, use, out fault) is not { } own) return null;
        LoginPermissions? left = before.And(own);
        if (left is null) fault = "forced command options do not match";
        return left;
    }

    private static LoginPermissions? Of(Certificate certificate, KeyUse use, out string fault)
    {
        LoginPermissions permissions = LoginPermissions.Nothing;
        var known = new HashSet<string>();
        foreach (CertificateOption option in certificate.CriticalOptions)
        {
            if (!known.Add(option.Name))
            {
                fault = $"Certificate critical option \"{Printable.Escape(option.Name)}\" is there twice";
                return null;
            }

            if (!TryObey(option, use, ref permissions, out fault)) return null;
        }

        foreach (CertificateOption extension in certificate.Extensions)
        {
            if (!TryExtend(extension, ref permissions, out fault)) return null;
        }

        fault = "";
        return permissions;
    }

    // PROTOCOL.certkeys: "if an implementation does not recognise a option then the validating party should refuse to accept the certificate."
    private static bool TryObey(CertificateOption option, KeyUse use, ref LoginPermissions permissions, out string fault)
    {
        fault = $"Certificate critical option \"{Printable.Escape(option.Name)}\" is not supported";
        if (option.Name is not ("force-command" or "source-address" or "verify-required")) return false;
        fault = $"Certificate option \"{option.Name}\" corrupt";
        if (option.Name == "verify-required")
        {
            permissions = permissions with { VerifyRequired = true };
            return option.Data.IsEmpty;
        }

        if (!option.TryReadText(out string text)) return false;
        if (option.Name == "force-command")
        {
            permissions = permissions with { Command = text };
            return true;
        }

        fault = $"Authentication tried for {Printable.Escape(use.UserName)} with valid certificate but not from a permitted source address ({Printable.Escape(use.Origin?.Address ?? "UNKNOWN")}).";
        return use.Origin?.IsIn(text) == true;
    }

    private static bool TryExtend(CertificateOption extension, ref LoginPermissions permissions, out string fault)
    {
        fault = $"Certificate option \"{Printable.Escape(extension.Name)}\" corrupt (extra data)";
        LoginPermissions extended = extension.Name switch
        {
            "permit-X11-forwarding" => permissions with { X11Forwarding = true },
            "permit-agent-forwarding" => permissions with { AgentForwarding = true },
            "permit-port-forwarding" => permissions with { PortForwarding = true },
            "permit-pty" => permissions with { Terminal = true },
            "permit-user-rc" => permissions with { UserRc = true },
            "no-touch-required" => permissions with { NoTouchRequired = true },
            _ => permissions,
        };
        bool isKnown = !ReferenceEquals(extended, permissions);
        permissions = extended;
        return !isKnown || extension.Data.IsEmpty;
    }
}
